import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collector, createCollector } from 'usertoken/testing';
import { onTestFinished } from 'vitest';
import { createRelay, memoryStore, type Relay, type RelayOptions } from '../src/index.js';

export const appId = 'YourAppId';
export const apiKey = 'YourSearchKey';
export const token = 'anonymous-5b7a5a3e-2a6c-4b3e-9f57-1f0f4f1c2d3e';

let made = 0;
/** An event that the API accepts, with an id of its own. */
export const click = (fields: object = {}) => {
  made += 1;
  return {
    id: `page-${made}`,
    eventType: 'click',
    eventName: 'Product Clicked',
    index: 'products',
    objectIDs: [`object-${made}`],
    userToken: token,
    ...fields,
  };
};

/** Lines of a log, as they would be printed. */
export interface Lines {
  readonly lines: string[];
}
export function listLog() {
  const lines: string[] = [];
  const add = (level: string) => (details: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(details)}`);
  return { lines, info: add('info'), warn: add('warn'), error: add('error') };
}

/** A folder that is gone after the test. */
export function tempDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'relay-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A relay in front of a stand-in for the API. */
export async function setup(options: Partial<RelayOptions> & { collector?: Collector } = {}) {
  const { collector = await createCollector({ appId, apiKey }), ...rest } = options;
  const log = listLog();
  const relay = createRelay({
    applications: { [appId]: { apiKey, upstream: collector.origin } },
    store: memoryStore(),
    batchWindowMs: 0,
    log,
    ...rest,
  });
  onTestFinished(async () => {
    await relay.close();
    await collector.close();
  });
  return { relay, collector, log, ...sender(relay) };
}

/** Sends to a relay as a page does. */
export function sender(relay: Relay) {
  const post = (body: unknown, init: RequestInit & { path?: string; address?: string } = {}) => {
    const { path = '/events', address, ...rest } = init;
    const request = new Request(`http://shop.example${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...rest,
      duplex: 'half',
    } as RequestInit);
    return relay.handle(request, { address });
  };
  const send = (events: readonly object[], init?: Parameters<typeof post>[1]) => post({ appId, events }, init);
  return { post, send };
}
