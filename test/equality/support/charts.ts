import type { AnyStateMachine } from 'xstate';
import type { Interpreter } from './interpreters.js';
import type { Probe } from './trace.js';

/** Events of the charts, and one that none of them knows. */
export const eventTypes = ['e0', 'e1', 'e2', 'e3'];

type Args = { readonly context: { readonly n: number }; readonly event: { readonly type: string } };
type Random = (below: number) => number;

/** A small generator of numbers (xorshift), so that a seed names a chart. */
function randomFrom(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A random chart of up to some 25 states over what the subset supports. It ends every `always`: they lead to later
 * siblings, or count.
 * @param maxDepth Levels below the root, 1 to 3. */
export function chartFrom(seed: number, maxDepth: number) {
  return ({ kit }: Interpreter, { call, request }: Probe): AnyStateMachine => {
    const random = randomFrom(seed);
    const pick = <Item>(items: readonly Item[]) => items[random(items.length)] as Item;
    const some = <Item>(max: number, make: () => Item) => Array.from({ length: random(max + 1) }, make);
    const paths: string[] = [];

    const inlineGuard = ({ context }: Args) => {
      call('inline guard', context);
      return context.n % 3 > 0;
    };
    const guard = (): unknown =>
      pick([
        undefined,
        undefined,
        'isEven',
        'isMany',
        'isNot',
        'isBoth',
        'isEither',
        'isThere',
        { type: 'isOver', params: { limit: random(4) } },
        { type: 'isOver', params: ({ context }: Args) => ({ limit: context.n - random(2) }) },
        inlineGuard,
        kit.not('isEven' as never),
        kit.and(['isMany', inlineGuard as never] as never),
      ]);
    const inlineAction = ({ context, event }: Args, params: unknown) => call('inline action', context, event, params);
    const action = (): unknown =>
      pick([
        'record',
        'record',
        'other',
        'missing',
        'add',
        'emitCount',
        { type: 'record', params: { some: random(9) } },
        { type: 'other', params: ({ context, event }: Args) => ({ of: context.n, event: event.type }) },
        { type: 'set', params: { to: random(5) } },
        inlineAction,
        kit.assign({ n: ({ context }: never) => (context as Args['context']).n + 1 } as never),
        kit.emit({ type: 'fixed' } as never),
      ]);
    const actions = () => pick([undefined, action(), some(3, action)]);

    interface Place {
      readonly name: string;
      readonly siblings: readonly string[];
      readonly children: readonly string[];
      readonly isParallel: boolean;
    }
    function transition({ name, siblings, children, isParallel }: Place): unknown {
      const targets = [...siblings, name, ...(isParallel ? [] : children.map((child) => `.${child}`))];
      const target = random(4) ? pick(targets.filter((item) => item.startsWith('.') || siblings.length)) : undefined;
      if (target && !random(6)) return target;
      const reenter = target && !target.startsWith('.') ? pick([undefined, true, false]) : undefined;
      return { target, reenter, guard: guard(), actions: actions() };
    }
    const transitions = (place: Place) => pick([transition(place), [transition(place), transition(place)]]);

    const delayed = (place: Place) =>
      [transitions(place)].flat().map((item) => (typeof item === 'string' ? { target: item } : item));

    function always({ name, siblings }: Place): unknown {
      const later = siblings.filter((sibling) => sibling > name);
      const counting = { guard: { type: 'isUnder', params: { limit: 1 + random(4) } }, actions: ['add', 'record'] };
      const still = { guard: guard(), actions: some(2, () => pick(['record', 'other', 'emitCount'])) };
      const onward = later.length ? { guard: guard(), target: pick(later), actions: actions() } : still;
      return pick([onward, [onward, still], [counting, onward], still]);
    }

    let names = 0;
    function state(name: string, siblings: readonly string[], depth: number, path: string): Record<string, unknown> {
      const kind = depth ? pick(['leaf', 'compound', 'compound', 'parallel']) : 'leaf';
      const size = kind === 'leaf' ? 0 : 1 + random(3);
      const children = Array.from({ length: size }, () => `s${String(names++).padStart(2, '0')}`);
      const isParallel = kind === 'parallel';
      const place = { name, siblings, children, isParallel };
      paths.push(...children.map((child) => `${path}${child}`));
      return {
        ...(isParallel ? { type: 'parallel' } : {}),
        ...(kind === 'compound' ? { initial: pick(children) } : {}),
        ...(size
          ? {
              states: Object.fromEntries(
                children.map((child) => [
                  child,
                  state(child, isParallel ? [] : children, depth - 1, `${path}${child}.`),
                ]),
              ),
            }
          : {}),
        entry: actions(),
        exit: actions(),
        on: Object.fromEntries(some(3, () => [pick(eventTypes), transitions(place)])),
        ...(random(4) ? {} : { after: { [pick(['short', 'long', 'counted'])]: delayed(place) } }),
        ...(kind === 'leaf' && depth < maxDepth && !random(4) ? { always: always(place) } : {}),
        ...(random(5)
          ? {}
          : {
              invoke: {
                id: `request${path}${name}`,
                src: 'request',
                input: pick([undefined, { fixed: 1 }, ({ context }: Args) => ({ n: context.n })]),
                ...(random(4) ? { onDone: transitions(place) } : {}),
                ...(random(3) ? { onError: transitions(place) } : {}),
              },
            }),
      };
    }

    const chart = {
      id: 'chart',
      context: ({ input }: { input: { n: number } }) => ({ n: input.n }),
      ...state('', [], maxDepth, ''),
    };
    const [somewhere = ''] = paths.length ? [pick(paths)] : [];
    const named = (name: string, answer: (args: Args, params: { limit: number }) => boolean) =>
      ({
        [name]: (args: Args, params: never) => {
          call(name, args.context, args.event, params);
          return answer(args, params);
        },
      }) as object;

    const parts = {
      actors: { request: kit.fromPromise(request as never) },
      guards: {
        ...named('isEven', ({ context }) => context.n % 2 === 0),
        ...named('isMany', ({ context }) => context.n > 2),
        ...named('isOver', ({ context }, { limit }) => context.n > limit),
        ...named('isUnder', ({ context }, { limit }) => context.n < limit),
        isNot: kit.not('isMany' as never),
        isBoth: kit.and(['isEven', kit.not({ type: 'isOver', params: { limit: 3 } } as never)] as never),
        isEither: kit.or(['isMany', 'isEven', 'isThere'] as never),
        isThere: kit.stateIn(somewhere as never),
      },
      delays: { short: 5, long: 25, counted: ({ context }: Args) => 1 + context.n },
      actions: {
        record: ({ context, event }: Args, params: unknown) => call('record', context, event, params),
        other: ({ context, event }: Args, params: unknown) => call('other', context, event, params),
        add: kit.assign(({ context }: never) => ({ n: (context as Args['context']).n + 1 }) as never),
        set: kit.assign({ n: (_: never, { to }: { to: number }) => to } as never),
        emitCount: kit.emit((({ context }: Args) => ({ type: 'count', n: context.n })) as never),
      },
    };
    return kit.setup(parts as never).createMachine(chart as never) as unknown as AnyStateMachine;
  };
}
