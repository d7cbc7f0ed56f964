import type { Transport } from '../adapters/ports.js';
import type { createWarnings } from '../warnings.js';
import { createSender, type Sender } from './sender.js';
import type { Settings } from './settings.js';

/** What senders need of their client. */
export interface SendersPorts {
  /** What `init` has said, at the moment. */
  readonly settings: () => Settings;
  /** Added by `addAlgoliaAgent`. */
  readonly agents: readonly string[];
  /** Called for the first sender. */
  readonly getTransport: () => Transport;
  readonly warnings: ReturnType<typeof createWarnings>;
}

/** The senders of a client, one for each address that its events go to. */
export function createSenders({ settings, agents, getTransport, warnings }: SendersPorts) {
  const senders = new Map<string, Sender>();
  let transport: Transport | undefined;

  return {
    /** @param headers Of a call: credentials take the place of those of `init`, the others become query parameters. */
    senderFor(headers?: unknown): Sender {
      const { 'X-Algolia-Application-Id': ownAppId, 'X-Algolia-API-Key': ownApiKey, ...others } = Object(headers);
      const { host, region, appId, apiKey } = settings();
      const origin = host || `https://insights.${region ? `${region}.` : ''}algolia.io`;
      const address = { origin, appId: ownAppId ?? appId, apiKey: ownApiKey ?? apiKey, others };
      const key = JSON.stringify(address);
      let sender = senders.get(key);
      if (!sender) {
        transport ??= getTransport();
        sender = createSender(address, { transport, agents, mayStore: () => Boolean(settings().useCookie), warnings });
        senders.set(key, sender);
      }
      return sender;
    },

    /** @param isIn Whether the visitor has not opted out. */
    decide(isIn: boolean): void {
      for (const sender of senders.values()) sender.decide(isIn);
    },
  };
}

/** See {@link createSenders}. */
export type Senders = ReturnType<typeof createSenders>;
