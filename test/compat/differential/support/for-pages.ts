import { checkEventsBody } from '../../../../src/testing/index.js';
import { typeOf } from './event-methods.js';
import type { Fields, Sequence, Step } from './steps.types.js';
import { queryIDs } from './value-arbitraries.js';

/** Whether the collector would take the event, if its tokens and its time are well. */
function isAcceptable(method: string, event: Fields): boolean {
  const { timestamp, objectIDs, positions, objectData, ...rest } = event;
  const first = (list: unknown) => (Array.isArray(list) ? { list: list.slice(0, 20) } : { list });
  const cut: Record<string, unknown> = { ...(method === 'sendEvents' ? {} : typeOf(method)), ...rest, userToken: 'u' };
  delete cut.authenticatedUserToken;
  for (const [field, value] of Object.entries({ objectIDs, positions, objectData })) {
    if (value !== undefined) cut[field] = first(value).list;
  }
  return checkEventsBody({ events: [cut] }, Date.now()).status === 200;
}

const isPurchase = (step: Step) =>
  step.do === 'send' &&
  (step.method.startsWith('purchased') || step.events.some(({ eventSubtype }) => eventSubtype === 'purchase'));
const isOptOut = (step: Step) =>
  step.do === 'call' && step.method === 'init' && !!(step.args[0] as Fields | null | undefined)?.userHasOptedOut;

/** A sequence for a real page with a real server: it refuses what breaks its rules, time passes by itself, and what was
 * bought has to be known before it is asked for. */
export function forPages(sequence: Sequence): Sequence {
  const wait: Step = { do: 'wait', ms: 0 };
  const begin: Step = { do: 'call', method: 'init', args: [{ appId: 'app', apiKey: 'key' }] };
  const text = JSON.stringify(sequence.cache);
  const steps = sequence.steps.flatMap((step): Step[] => {
    if (step.do === 'answer') return [];
    if (step.do !== 'send') return isOptOut(step) ? [wait, hasty(step)] : [hasty(step)];
    const events = step.events
      .map((event) => (event.queryID === 'message_1' ? { ...event, queryID: queryIDs[1] } : event))
      .filter((event) => isAcceptable(step.method, event));
    // The collector knows no addition to the cart with searches in its items alone.
    const params =
      step.method === 'addedToCartObjectIDs' || step.method === 'addedToCartObjectIDsAfterSearch' ? [] : step.params;
    return [{ ...step, events, params }, ...(isPurchase(step) ? [wait] : [])];
  });
  return {
    ...sequence,
    place: 'page',
    cache: text?.length > 1_000 ? undefined : sequence.cache,
    steps: [begin, ...steps, wait],
  };
}

/** Without cookies that could end between one look and the next. */
function hasty(step: Step): Step {
  const [options] = step.do === 'call' ? (step.args as [Fields | null | undefined]) : [];
  if (step.do !== 'call' || options?.cookieDuration !== 1_500) return step;
  return { ...step, args: [{ ...options, cookieDuration: 86_400_000 }] };
}
