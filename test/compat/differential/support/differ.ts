import { differences } from './compare.js';
import type { Library } from './libraries.js';
import { evaluator, pretendedWorld } from './pretended-world.js';
import { createReference } from './reference.js';
import type { Tally } from './rules.js';
import { run } from './run.js';
import type { Answer, Sequence, Step } from './steps.types.js';
import type { Sent } from './world.types.js';

/** Long enough for every retry that the sequences can ask for. */
const retryMs = 1_800_000;

const refusals: Partial<Record<Answer, () => unknown>> = {
  false: async () => false,
  reject: () => Promise.reject(new Error('network')),
  'response 503': async () => new Response('', { status: 503 }),
};
const acceptances: Partial<Record<Answer, () => unknown>> = {
  odd: async () => 1,
  raw: () => true,
  nothing: () => undefined,
  'response 200': async () => new Response('{}'),
};

/** The sequence with the time in it that is needed for what waits to be sent. */
function withTime(steps: readonly Step[]): Step[] {
  let isFailing = false;
  const timed = steps.map((step): Step => {
    if (step.do === 'answer') isFailing = true;
    if (step.do !== 'wait' || !isFailing) return step;
    return { do: 'wait', ms: retryMs };
  });
  return [...timed, { do: 'wait', ms: isFailing ? retryMs : 60_000 }];
}

/** Runs sequences on both libraries in pretended worlds.
 * @param scripts As `scriptOf` makes them. */
export function differ(scripts: Readonly<Record<'ours' | 'theirsForPages' | 'theirsForNode', string>>) {
  const evaluate = {
    ours: evaluator(scripts.ours),
    page: evaluator(scripts.theirsForPages),
    server: evaluator(scripts.theirsForNode),
  };

  async function runTheirs(sequence: Sequence, steps: readonly Step[], hit: Tally['hit']) {
    const world = pretendedWorld(sequence, false);
    const library = evaluate[sequence.place === 'server' ? 'server' : 'page'](world.globals) as Library;
    const reference = createReference({
      makeClient: library.createInsightsClient,
      ...{ world, place: sequence.place, hit },
    });
    const waiting: typeof world = {
      ...world,
      async wait(ms) {
        await world.wait(ms, []);
        reference.afterWait();
        await world.wait(0, []);
      },
    };
    const observed = await run(steps, reference.call, waiting, reference.beforeWait);
    return { ...observed, sent: reference.sent, cacheWrites: world.cacheWrites() };
  }

  async function runOurs(sequence: Sequence, steps: readonly Step[], hit: Tally['hit']) {
    const world = pretendedWorld(sequence);
    const library = evaluate.ours(world.globals) as Library;
    const sent: Sent[] = [];
    const answers: Answer[] = [];
    let requests = 0;
    const otherKeys = new Set<string>();
    const aa = library.createInsightsClient((url, data) => {
      const answer = answers.shift();
      if (answer && answer in refusals) {
        hit('retry');
        return refusals[answer]!();
      }
      if (answer) hit('request-result');
      requests += 1;
      const [origin = '', text = ''] = url.split('?');
      const { 'X-Algolia-Agent': agent = '', ...query } = Object.fromEntries(new URLSearchParams(text));
      for (const event of data.events as Sent['event'][]) {
        sent.push({ event, origin, query, agents: agent.split('; ').slice(1) });
      }
      return answer ? acceptances[answer]!() : Promise.resolve(true);
    });
    const observed = await run(
      steps,
      (method, args) => {
        if (method !== '(answer)') return aa(method, ...args);
        const { answer, times } = args[0] as Extract<Step, { do: 'answer' }>;
        for (let n = 0; n < times; n += 1) answers.push(answer);
        return undefined;
      },
      world,
      () => {
        for (const key of world.otherKeys()) otherKeys.add(key);
      },
    );
    return { ...observed, sent, requests, cacheWrites: world.cacheWrites(), otherKeys: [...otherKeys] };
  }

  return async (sequence: Sequence, hit: Tally['hit']): Promise<string[]> => {
    const steps = withTime(sequence.steps);
    const [expected, actual] = [await runTheirs(sequence, steps, hit), await runOurs(sequence, steps, hit)];
    return differences({ steps, expected, actual, toleranceMs: 0 }, hit);
  };
}
