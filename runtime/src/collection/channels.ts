/**
 * Events for tools: each is also published on a channel of `node:diagnostics_channel`, whoever opened the
 * collection. Costs nothing while no tool subscribes.
 */
import { channel, type Channel } from "node:diagnostics_channel";
import type { CollectionEvent, CollectionEvents } from "./events.js";

/** Publishes on `cached-collections:reload`, `cached-collections:failure`, and so on. */
export function publishToTools<E extends CollectionEvent>(
  name: E,
  event: CollectionEvents[E],
): void {
  const tools = channelOf(name);
  if (tools.hasSubscribers) tools.publish(event);
}

/** Whether a tool subscribed to it. */
export function toolsHear(name: CollectionEvent): boolean {
  return channelOf(name).hasSubscribers;
}

function channelOf(name: CollectionEvent): Channel {
  return channel(`cached-collections:${name}`);
}
