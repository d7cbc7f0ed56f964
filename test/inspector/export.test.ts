import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AnyStateMachine, createMachine, type StateNode } from 'xstate';
import { deliveryMachine, identityMachine } from '../../machines/index.js';
import { root } from '../docs/support/guide.js';
import { definitionSchema } from './support/definition-schema.js';
import { loadExtractor } from './support/extract-machines.js';

const machines: Record<string, AnyStateMachine> = { identity: identityMachine, delivery: deliveryMachine };
let folder: string;
let paths: string;
let extractor: Awaited<ReturnType<typeof loadExtractor>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usertoken-machines-'));
  const args = [join(root, 'scripts/export-machines.mjs'), '--out', join(folder, 'out')];
  extractor = await loadExtractor();
  paths = (await promisify(execFile)(process.execPath, args)).stdout;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = (name: string) => readFile(join(folder, 'out', name), 'utf8');

/** Every state and transition of a machine, by name: all that a chart shows. */
function chartOf(machine: AnyStateMachine): unknown {
  const nameOf = (part: unknown) => (typeof part === 'string' ? { type: part } : part);
  const chart = (node: StateNode): unknown => ({
    type: node.type,
    initial: node.initial?.target?.map(({ id }) => id),
    invoke: node.invoke.map(({ src }) => src),
    transitions: [...node.transitions.values()]
      .flat()
      .concat(node.always ?? [])
      .map((each) => [
        each.eventType,
        nameOf(each.guard),
        each.target?.map(({ id }) => id),
        each.reenter,
        each.actions.map(nameOf),
      ]),
    states: Object.fromEntries(Object.entries(node.states).map(([key, child]) => [key, chart(child as StateNode)])),
  });
  return JSON.parse(JSON.stringify(chart(machine.root as StateNode)));
}

describe('npm run export:machines', () => {
  it('writes three files for each machine, and names them', () => {
    const names = ['machine.js', 'config.json', 'definition.json'];
    const expected = Object.keys(machines).flatMap((id) => names.map((name) => join(folder, 'out', `${id}.${name}`)));
    expect(paths.trim().split('\n')).toEqual(expected);
  });

  it('says how it is called when it is called otherwise', async () => {
    const run = promisify(execFile)(process.execPath, [join(root, 'scripts/export-machines.mjs'), '--to', 'x']);
    await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('[--out folder]') });
  });

  describe.each(Object.entries(machines))('%s', (id, machine) => {
    it('is the same chart when XState makes a machine of the configuration', async () => {
      const again = createMachine(JSON.parse(await read(`${id}.config.json`)));
      expect(chartOf(again)).toEqual(chartOf(machine));
    });

    it('has a definition as XState serialises one', async () => {
      const definition = JSON.parse(await read(`${id}.definition.json`));
      const validate = new Ajv2020({ allErrors: true }).compile(definitionSchema);
      validate(definition);
      expect(validate.errors).toBeNull();
      expect(definition.id).toBe(id);
    });

    it('would be found to have another one', async () => {
      const validate = new Ajv2020().compile(definitionSchema);
      expect(validate(JSON.parse(await read(`${id}.config.json`)))).toBe(false);
      expect(validate(JSON.parse(JSON.stringify(machine.definition)))).toBe(false);
    });

    it('is read by the parser of the editor and of the extension, with every state and event', async () => {
      const result = extractor.extractMachinesFromFile(await read(`${id}.machine.js`));
      expect(result?.machines).toHaveLength(1);
      const parsed = result!.machines[0]!.toConfig() as unknown as ReadConfig;
      expect(parsed.id).toBe(id);
      expect(namesIn(parsed)).toEqual(namesIn(machine.config as ReadConfig));
      expect(namesIn(parsed).length).toBeGreaterThan(10);
    });

    it('is read by it from the source as well', async () => {
      const source = await readFile(join(root, `machines/${id}.machine.ts`), 'utf8');
      const result = extractor.extractMachinesFromFile(source);
      expect(result?.machines).toHaveLength(1);
      const ignored = vi.spyOn(console, 'warn').mockImplementation(() => {});
      const parsed = result!.machines[0]!.toConfig() as unknown as ReadConfig;
      expect(namesIn(parsed)).toEqual(namesIn(machine.config as ReadConfig));
      // A chart shows no arguments of actions.
      expect(new Set(ignored.mock.calls.map(([, { key }]) => key))).toEqual(
        new Set(id === 'delivery' ? ['params'] : []),
      );
      ignored.mockRestore();
    });
  });
});

interface ReadConfig {
  readonly id?: string;
  readonly on?: object;
  readonly after?: object;
  readonly states?: Readonly<Record<string, ReadConfig>>;
}

/** States, events and delays of a configuration, in order. */
function namesIn({ on = {}, after = {}, states = {} }: ReadConfig): string[] {
  const inner = Object.entries(states).flatMap(([key, state]) => [
    key,
    ...namesIn(state).map((name) => `${key}.${name}`),
  ]);
  return [...Object.keys(on), ...Object.keys(after), ...inner];
}
