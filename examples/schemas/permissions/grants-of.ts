/** All that a role may do, with what it includes: worked out on first use, once for each revision. */
import { derive } from "cached-collections";
import type { Action, Grant, PermissionsSnapshot, Role } from "./generated/permissions.js";

/** Grants by the name of the role; retired roles have none. */
export const grantsOf: (page: PermissionsSnapshot) => ReadonlyMap<string, readonly Grant[]> =
  derive((page: PermissionsSnapshot) => {
    const active = page.role.active.toArray();
    return new Map(active.map((role) => [role.name, grantsOfAll(page, rolesWithin(page, role))]));
  });

/** Whether one of the roles lets a user do this; `isOwn`: it belongs to the user. */
export function isAllowed(
  page: PermissionsSnapshot,
  roles: readonly string[],
  what: { readonly action: Action; readonly resource: string; readonly isOwn: boolean },
): boolean {
  const grants = roles.flatMap((role) => grantsOf(page).get(role) ?? []);
  return grants.some(
    ({ action, resource, ownOnly }) =>
      action === what.action && resource === what.resource && (what.isOwn || !ownOnly),
  );
}

/** The role and all that it includes, directly or not. A set grows while it is walked, and ends circles. */
function rolesWithin(page: PermissionsSnapshot, role: Role): ReadonlySet<Role> {
  const roles = new Set([role]);
  for (const each of roles) for (const included of page.role.included(each)) roles.add(included);
  return roles;
}

function grantsOfAll(page: PermissionsSnapshot, roles: ReadonlySet<Role>): readonly Grant[] {
  return [...roles].flatMap(({ name }) => page.grant.byRole.get(name));
}
