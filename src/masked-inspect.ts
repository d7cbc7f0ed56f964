import type { InspectionEvent } from 'xstate';

const tokenField = /token$|^user$/i;
const maxDepth = 8;

/** What stands for a token where it must not be shown: alike for the same token within a page, and of no other use. */
function maskOf(token: string): string {
  let hash = 0;
  for (let index = 0; index < token.length; index += 1) hash = (hash * 31 + token.charCodeAt(index)) & 0xffff;
  return `${token.startsWith('anonymous-') ? 'anonymous' : 'user'}-…${hash.toString(16).padStart(4, '0')}`;
}

function isActor(value: object): value is { id: string; sessionId: string } {
  return 'sessionId' in value && 'getSnapshot' in value;
}

/** A copy as plain data with every token masked. */
function masked(value: unknown, depth = 0, name = ''): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (tokenField.test(name) && value !== null && value !== undefined) return maskOf(String(value));
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return { name: value.name };
  if (depth > maxDepth) return '…';
  if (isActor(value)) return maskedActor(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      // The machine is the same in every snapshot, and holds the functions that adapters provided.
      .filter(([key]) => key !== 'machine' && key !== '_nodes')
      .map(([key, item]) => [key, masked(item, depth + 1, key)]),
  );
}

function maskedActor(actor: { id: string; sessionId: string; _parent?: object; logic?: { config?: unknown } }): object {
  return {
    id: actor.id,
    sessionId: actor.sessionId,
    logic: { config: actor.logic?.config },
    getSnapshot: () => masked((actor as unknown as { getSnapshot(): unknown }).getSnapshot()),
    ...(actor._parent ? { _parent: { sessionId: (actor._parent as { sessionId: string }).sessionId } } : {}),
  };
}

/** Passes inspection events on as copies in which tokens are masked, and actors replaced by what describes them. */
export function maskedInspect(
  inspect: (event: InspectionEvent) => void,
  onError: (error: unknown) => void,
): (event: InspectionEvent) => void {
  return (event) => {
    try {
      inspect(masked(event) as InspectionEvent);
    } catch (error) {
      onError(error);
    }
  };
}
