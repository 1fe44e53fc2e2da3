/** The question of every request: is the feature on for this user? */
import type { Environment, Flag, FlagsSnapshot, Platform, Rule } from "./generated/flags.js";

export interface User {
  readonly environment: Environment;
  readonly platform: Platform;
  readonly plan: string;
  /** 0 to 99.9, always the same for a user: a hash of the id. */
  readonly bucket: number;
}

/** Unknown flags are off. */
export function isOn(page: FlagsSnapshot, name: string, user: User): boolean {
  const flag = page.flag.get(name);
  if (flag === undefined || !runsOn(flag, user)) return false;
  const rule = page.rule.byFlag.get(name).find((each) => fits(each, user));
  return rule?.enabled ?? flag.enabled;
}

function runsOn({ platforms }: Flag, { platform }: User): boolean {
  return platforms.length === 0 || platforms.includes(platform);
}

function fits({ environment, plan, percent }: Rule, user: User): boolean {
  if (environment !== undefined && environment !== user.environment) return false;
  if (plan !== undefined && plan !== user.plan) return false;
  return user.bucket < Number(percent);
}
