// Compiles the machines for the builds without XState: reads each machine's chart and writes it as a flat table, which
// src/lite/runtime.ts runs. Run it after a change to a machine: `npm run charts`.
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What to compile, by name: `machines/<name>.machine.ts` with the functions of `machines/<name>.logic.ts`. The application
 * fills what has no function there, and in addition what `filled` names.
 */
const charts = {
  identity: { filled: ['isUserToken'] },
  delivery: { filled: ['retryDelay'] },
};

const rootKeys = ['id', 'type', 'context', 'schemas', 'states'];
const regionKeys = ['initial', 'states', 'on', 'always'];
const stateKeys = ['on', 'always', 'after', 'entry', 'exit', 'invoke'];
const transitionKeys = ['target', 'guard', 'actions', 'reenter'];
const invokeKeys = ['id', 'src', 'input', 'onDone', 'onError'];

/** Names that a constant of a chart's module can't have. */
const reserved = ['args', 'assign', 'effect', 'emit', 'invoke', 'logic', 'timer', 'delete', 'return'];

const listOf = (value) => (value === undefined ? [] : [value].flat());
const text = (value) => JSON.stringify(value);
const isPlain = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** The function names of XState's combined guards: `and` has `check: checkAnd`. */
const combinedBy = { checkAnd: ' && ', checkOr: ' || ', checkNot: '!' };

/**
 * Compiles one chart to the text of a module. What it does not know, it refuses.
 * @param {object} given
 * @param {string} given.name
 * @param {{ config: any, implementations: any }} given.machine As `setup().createMachine()` returns it.
 * @param {Record<string, unknown>} given.logic The functions that the chart uses, by name.
 * @param {readonly string[]} [given.filled] Guards and delays of `logic` that the application fills all the same.
 * @returns {string}
 * @throws TypeError that names the construct and its place in the chart.
 */
export function compileChart({ name, machine, logic, filled = [] }) {
  const { config, implementations } = machine;
  const names = new Map(Object.entries(logic).map(([key, value]) => [value, key]));
  /** Constants of the module: name by text. */
  const constants = new Map();
  const helpers = new Set();
  /** What the application fills: names by kind. */
  const parts = { actors: new Set(), guards: new Set(), delays: new Set(), actions: new Set() };
  const isParallel = config.type === 'parallel';
  const regions = isParallel ? config.states : { '': config };

  function insist(isKnown, where, construct) {
    if (!isKnown) throw new TypeError(`${where}: ${construct}`);
  }
  const support = (isKnown, where, construct) => insist(isKnown, where, `${construct} is not supported`);
  function supportKeys(object, known, where) {
    for (const [key, value] of Object.entries(object)) support(known.includes(key) || value === undefined, where, key);
  }

  /** The text that calls on a function of the logic. */
  function named(value, where, construct) {
    insist(typeof value === 'function' && names.has(value), where, `${construct} without a name in ${name}.logic.ts`);
    return `logic.${names.get(value)}`;
  }
  function part(kind, key) {
    parts[kind].add(key);
    return `${kind}.${key}`;
  }
  function helper(key) {
    helpers.add(key);
    return key;
  }
  function constant(hint, value) {
    if (!constants.has(value)) {
      const taken = new Set([...constants.values(), ...Object.keys(parts), ...parts.actors, ...reserved]);
      let free = hint;
      for (let number = 2; taken.has(free); number += 1) free = `${hint}${number}`;
      constants.set(value, free);
    }
    return constants.get(value);
  }

  function paramsOf({ params }, where) {
    if (params === undefined || typeof params === 'function') return params && named(params, where, 'params');
    const isData = isPlain(params) && Object.values(params).every((value) => Object(value) !== value);
    support(isData, where, 'a params object that is no flat data');
    return text(params);
  }

  /** What a guard is called by, for one that is more than a call. */
  function combined(made, where) {
    const { guards, stateValue, check } = made;
    if (stateValue !== undefined) return stateTest(stateValue, where);
    const joint = combinedBy[check?.name.replace(/\d+$/, '')];
    support(joint && guards?.length > 0, where, 'a combined guard of this kind');
    const calls = guards.map((guard) => guardCall(guard, where));
    return joint === '!' ? `!(${calls[0]})` : calls.map((call) => `(${call})`).join(joint);
  }
  function stateTest(value, where) {
    const wanted = isParallel ? value : { '': value };
    const isKnown = ([region, state]) => Object.hasOwn(regions[region]?.states ?? {}, state);
    support(isPlain(Object(wanted)) && Object.entries(wanted).every(isKnown), where, `stateIn ${text(value)}`);
    return Object.entries(wanted)
      .map(([region, state]) => `args.at[${text(region)}] === ${text(state)}`)
      .join(' && ');
  }
  /** The function that answers a guard, where it is one without parameters. */
  function guardName(guard, where) {
    const made = implementations.guards?.[guard];
    insist(made, where, `guard ${guard} has no implementation`);
    if (made.check) return constant(guard, `(args: ${helper('Args')}): boolean => ${combined(made, where)}`);
    // A default takes no arguments: what it would look at is the application's.
    if (filled.includes(guard) || (made.length === 0 && !names.has(made))) return part('guards', guard);
    return named(made, where, `guard ${guard}`);
  }
  /** The text of a guard's answer. */
  function guardCall(guard, where) {
    if (guard.check) return combined(guard, where);
    support(typeof guard !== 'function', where, 'a guard without a name');
    const params = paramsOf(guard, where);
    const callee = guardName(guard.type ?? guard, where);
    // The application's look at what is theirs.
    if (callee.startsWith('guards.')) return `${callee}()`;
    if (!params) return `${callee}(args)`;
    return `${callee}(args, ${typeof guard.params === 'function' ? `${params}(args)` : params})`;
  }
  function guardOf(guard, where) {
    if (guard === undefined) return '0';
    if (typeof guard === 'string') return guardName(guard, where);
    return `(args) => ${guardCall(guard, where)}`;
  }

  function actionOf(action, where) {
    support(typeof action !== 'function', where, 'an action without a name');
    const key = action.type ?? action;
    const made = implementations.actions?.[key];
    insist(made, where, `action ${key} has no implementation`);
    const given = paramsOf(action, where);
    const params = given && typeof action.params !== 'function' ? `() => (${given})` : given;
    const make = (kind, run) => constant(key, `${helper(kind)}(${[run, ...listOf(params)].join(', ')})`);
    if (made.type === 'xstate.assign') return make('assign', named(made.assignment, where, `assign ${key}`));
    if (made.type === 'xstate.emit') return make('emit', named(made.event, where, `emit ${key}`));
    support(!made.resolve && typeof made === 'function', where, `action ${key} (${made.type ?? typeof made})`);
    return make('effect', part('actions', key));
  }
  const actionsOf = (actions, where) => listOf(actions).map((action) => actionOf(action, where));

  /** @param siblings The states that a target may name, which begins with a dot where `isRegion`. */
  function transitionsOf(given, where, { siblings, isRegion, key }) {
    const all = [given].flat().map((item) => {
      support(item, where, 'a transition that is undefined');
      const { target, guard, actions, reenter } = typeof item === 'string' ? { target: item } : item;
      if (typeof item === 'object') supportKeys(item, transitionKeys, where);
      support(target === undefined || typeof target === 'string', where, 'a transition with several targets');
      const to = target?.replace(/^\./, '');
      const isOwn = target === undefined || (target !== to) === isRegion;
      support(isOwn && (target === undefined || siblings.includes(to)), where, `target ${target}`);
      support(!(reenter && isRegion), where, 'reenter with a child target');
      support(!reenter || target !== undefined, where, 'reenter without a target');
      support(
        target === undefined || reenter || to !== key,
        where,
        'a target that is the state itself, without reenter',
      );
      const parts = [guardOf(guard, where), target === undefined ? '0' : text(to), ...actionsOf(actions, where)];
      while (parts.length > 1 && parts.at(-1) === '0') parts.pop();
      return `[${parts.join(', ')}]`;
    });
    return `[${all.join(', ')}]`;
  }
  function answersOf({ on = {}, always }, where, place) {
    const answers = [];
    const listed = Object.entries(on).map(([type, given]) => {
      support(type && !type.includes('*'), where, `on ${text(type)}`);
      return `${text(type)}: ${transitionsOf(given, `${where}: on ${type}`, place)}`;
    });
    if (listed.length > 0) answers.push(`on: { ${listed.join(', ')} }`);
    if (always !== undefined) answers.push(`always: ${transitionsOf(always, `${where}: always`, place)}`);
    return answers;
  }

  function timerOf(delay, type, where) {
    const made = implementations.delays?.[delay];
    insist(made !== undefined, where, `delay ${delay} has no implementation`);
    const isFilled = filled.includes(delay) || typeof made === 'number';
    const value = isFilled ? part('delays', delay) : named(made, where, `delay ${delay}`);
    return `${helper('timer')}(${text(type)}, ${value})`;
  }
  function requestOf(invoked, where) {
    const { id, src, input } = invoked;
    supportKeys(invoked, invokeKeys, where);
    support(typeof src === 'string' && typeof id === 'string', where, 'invoke without a named src and id');
    insist(implementations.actors?.[src], where, `actor ${src} has no implementation`);
    // XState's actor ends with an error that no transition takes.
    const last = [invoked.onError].flat().at(-1);
    support(
      typeof last === 'string' || (last && !last.guard),
      where,
      `invoke of ${src} without an onError for all errors`,
    );
    parts.actors.add(src);
    return `${helper('invoke')}(${text(id)}, ${src}, ${named(input, where, `input of ${src}`)})`;
  }

  function stateOf(key, state, siblings, above) {
    const where = `${above}.${key}`;
    const on = { ...state.on };
    const during = [];
    supportKeys(state, stateKeys, where);
    support(/^[a-z_]\w*$/i.test(key), where, 'a name that is no identifier');
    for (const [delay, given] of Object.entries(state.after ?? {})) {
      const type = `xstate.after.${delay}.${where}`;
      support(Number.isNaN(Number(delay)), where, `after ${delay}: a delay without a name`);
      // XState takes it for a transition without target.
      const isString = Array.isArray(given) && given.some((item) => typeof item === 'string');
      support(!isString, where, `after ${delay}: a string in a list`);
      on[type] = given;
      during.push(timerOf(delay, type, `${where}: after ${delay}`));
    }
    for (const invoked of listOf(state.invoke)) {
      during.push(requestOf(invoked, where));
      if (invoked.onDone !== undefined) on[`xstate.done.actor.${invoked.id}`] = invoked.onDone;
      on[`xstate.error.actor.${invoked.id}`] = invoked.onError;
    }
    const fields = answersOf({ on, always: state.always }, where, { siblings, isRegion: false, key });
    for (const field of ['entry', 'exit']) {
      const actions = actionsOf(state[field], `${where}: ${field}`);
      if (actions.length > 0) fields.push(`${field}: [${actions.join(', ')}]`);
    }
    if (during.length > 0) fields.push(`during: [${during.join(', ')}]`);
    return `${key}: { ${fields.join(', ')} }`;
  }
  function regionOf(key, region) {
    const where = key ? `${config.id}.${key}` : config.id;
    const siblings = Object.keys(region.states ?? {});
    supportKeys(region, isParallel ? regionKeys : [...regionKeys, ...rootKeys], where);
    support(siblings.length > 0, where, 'a region without states');
    support(siblings.includes(region.initial), where, `initial ${text(region.initial)}`);
    const fields = answersOf(region, where, { siblings, isRegion: true });
    const states = siblings.map((sibling) => stateOf(sibling, region.states[sibling], siblings, where));
    return `${text(key)}: { ${[...fields, `states: { ${states.join(', ')} }`].join(', ')} }`;
  }

  insist(typeof config.id === 'string', name, 'a machine without an id');
  support(isParallel || config.type === undefined, config.id, `type ${config.type}`);
  if (isParallel) supportKeys(config, rootKeys, config.id);
  const context = named(config.context, config.id, 'context');
  const table = Object.entries(regions).map(([key, region]) => regionOf(key, region));
  const initial = Object.entries(regions).map(([key, region]) => `${text(key)}: ${text(region.initial)}`);
  for (const key of filled) {
    const isNamed = [implementations.guards, implementations.delays].some((made) => made && key in made);
    insist(isNamed, config.id, `${key}, which the application fills, is no guard or delay`);
  }

  const Name = name.replace(/^./, (letter) => letter.toUpperCase());
  const types = [`${Name}Context`, `${Name}Event`, ...(config.context.length > 0 ? [`${Name}Input`] : [])];
  const kinds = ['guards', 'delays', 'actions'].filter((kind) => parts[kind].size > 0);
  const hasArgs = helpers.delete('Args');
  return `// Written by scripts/compile-charts.mjs from machines/${name}.machine.ts. After a change there, run \`npm run charts\`.
import * as logic from '../../../machines/${name}.logic.js';
import type { ${types.join(', ')} } from '../../../machines/${name}.types.js';
import type { ${Name}Parts } from '../../actor.types.js';
import type { Chart${hasArgs ? ', GuardArgs' : ''} } from '../chart.types.js';
import { ${[...helpers].join(', ')} } from '../runtime.js';
${hasArgs ? `\ntype Args = GuardArgs<${types.slice(0, 2).join(', ')}>;\n` : ''}
export function ${name}Chart({ ${[...parts.actors, ...kinds].join(', ')} }: Pick<${Name}Parts, ${[...parts.actors, ...kinds].map((key) => `'${key}'`).join(' | ') || 'never'}>): Chart<${types.join(', ')}> {
  ${[...constants].map(([value, key]) => `const ${key} = ${value};`).join('\n  ')}
  return {
    context: ${context},
    initial: { ${initial.join(', ')} },
    regions: { ${table.join(', ')} },
  };
}
`;
}

/** The machines and their functions, bundled from their sources, on XState. */
async function loadMachines() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: Object.keys(charts)
        .map(
          (name) => `export { ${name}Machine } from './machines/${name}.machine.js';
export * as ${name}Logic from './machines/${name}.logic.js';`,
        )
        .join('\n'),
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** The modules of all charts: path from the root, and text.
 * @returns {Promise<(readonly [path: string, text: string])[]>} */
export async function compileCharts() {
  const machines = await loadMachines();
  return Object.entries(charts).map(([name, { filled }]) => {
    const path = `src/lite/generated/${name}.chart.ts`;
    const module = compileChart({ name, machine: machines[`${name}Machine`], logic: machines[`${name}Logic`], filled });
    const biome = [
      join(root, 'node_modules/@biomejs/biome/bin/biome'),
      'check',
      '--write',
      '--unsafe',
      `--stdin-file-path=${path}`,
    ];
    return [path, execFileSync(process.execPath, biome, { cwd: root, input: module, encoding: 'utf8' })];
  });
}

/** Writes the modules of all charts. */
export async function writeCharts() {
  await mkdir(join(root, 'src/lite/generated'), { recursive: true });
  for (const [path, module] of await compileCharts()) await writeFile(join(root, path), module);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeCharts();
