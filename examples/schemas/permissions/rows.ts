/** A shop's roles. `auditor` includes a role that is gone: the push warns, and goes through. */
import type { GrantInput, ResourceInput, RoleInput } from "./generated/permissions.js";

export const resource: readonly ResourceInput[] = [
  { name: "order", description: "What customers ordered" },
  { name: "invoice", description: "What they were asked to pay" },
];

export const role: readonly RoleInput[] = [
  { name: "customer", title: "Customer", includes: [] },
  { name: "clerk", title: "Clerk", includes: ["customer"] },
  { name: "manager", title: "Manager", includes: ["clerk", "auditor"] },
  { name: "auditor", title: "Auditor", includes: ["archivist"] },
  { name: "intern", title: "Intern", includes: ["clerk"], retiredAt: new Date("2024-08-31") },
];

export const grant: readonly GrantInput[] = [
  { role: "customer", resource: "order", action: "read", ownOnly: true },
  { role: "clerk", resource: "order", action: "read" },
  { role: "clerk", resource: "order", action: "write" },
  { role: "auditor", resource: "invoice", action: "read" },
  { role: "manager", resource: "order", action: "administer" },
];
