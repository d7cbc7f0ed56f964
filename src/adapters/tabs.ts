import { tryCall } from '../../machines/try-call.js';
import { isServer, pageWindow } from './platform.js';
import type { Tabs } from './ports.js';

/** For a page that exchanges no messages with others. */
export const noTabs: Tabs = { post() {}, open() {}, close() {} };

/** Connects the open pages of this origin over a `BroadcastChannel`. On a server it does nothing: there the clients of all
 * visitors share one process, and must not get each other's messages.
 * @param name Pages with the same name get each other's messages.
 * @see https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts */
export function broadcastTabs(name: string, win: Window | undefined = isServer() ? undefined : pageWindow()): Tabs {
  let channel: BroadcastChannel | undefined;
  return {
    post: (message) => void tryCall(() => channel?.postMessage(message)),
    open(listener) {
      channel ??= tryCall(() => new (win as Window & typeof globalThis).BroadcastChannel(name));
      if (channel) channel.onmessage = ({ data }) => tryCall(() => listener(data));
    },
    close() {
      channel?.close();
      channel = undefined;
    },
  };
}
