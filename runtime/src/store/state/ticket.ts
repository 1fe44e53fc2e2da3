/** Tickets: places in the order of events, taken before a load begins. */
import type { Ticket, VersionName } from "../store.js";
import { raiseSeq } from "./source.js";
import { loadsField, LOADS_REMEMBERED, readLoads } from "./state-fields.js";
import type { StateTransaction } from "./transaction.js";
import { TICKET_TTL_MS } from "./ttl.js";

export const ticketName = (nonce: string): string => `ticket:${nonce}`;

/** Stands where a ticket's `seq` was, once the ticket was used. */
export const USED_TICKET = "used";

/** Asking again with the same nonce, after a lost reply, gives the same ticket. */
export function issueTicket(
  tx: StateTransaction,
  nonce: string,
  loading: readonly VersionName[],
): Ticket {
  const issued = Number(tx.timed(ticketName(nonce))?.value);
  if (Number.isSafeInteger(issued)) return { nonce, seq: issued };
  const seq = raiseSeq(tx);
  tx.setTimed(ticketName(nonce), String(seq), TICKET_TTL_MS);
  for (const version of loading) {
    const loads = [...readLoads(tx, version), seq].slice(-LOADS_REMEMBERED);
    tx.setField(loadsField(version), loads.join(" "));
  }
  return { nonce, seq };
}
