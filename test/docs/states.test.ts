import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { deliveryMachine, identityMachine } from '../../machines/index.js';
import { guidePages, root, snippetsOf } from './support/guide.js';

const page = guidePages().find(({ path }) => path === 'docs/states.md')!;
const diagrams = snippetsOf(page).filter(({ language }) => language === 'mermaid');

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesOf)];

describe('docs/states.md', () => {
  it('is what npm run docs:states would write now', () => {
    const script = `${root}scripts/generate-states.mjs`;
    const generated = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' });
    expect(readFileSync(`${root}docs/states.md`, 'utf8')).toBe(generated);
  });

  it.each<[string, AnyStateMachine, number]>([
    ['identity', identityMachine, 0],
    ['delivery', deliveryMachine, 1],
  ])('draws every state of the %s machine and each step between two of them', (_, machine, index) => {
    const { code } = diagrams[index]!;
    for (const node of nodesOf(machine.root)) {
      expect(code).toContain(`state "${node.key}" as ${node.path.join('_') || node.key}`);
      if (Object.keys(node.states).length > 0) continue;
      const transitions = [...(node.always ?? []), ...[...node.transitions.values()].flat()];
      for (const end of transitions.flatMap(({ target }) => target ?? [])) {
        expect(code).toContain(`${node.path.join('_')} --> ${end.path.join('_')} : `);
      }
    }
  });

  it('has a row for every transition there is', () => {
    const transitions = [identityMachine, deliveryMachine].flatMap((machine) =>
      nodesOf(machine.root).flatMap((node) => [...(node.always ?? []), ...[...node.transitions.values()].flat()]),
    );
    const rows = page.text.match(/^\| `\S+` +\| `[^`\n]+` +\|[^|\n]*\| (stays|`\S+`(, entered again)?) +\|.*$/gm) ?? [];
    expect(rows.length).toBe(transitions.length);
  });

  it.each<[string, AnyStateMachine]>([
    ['identity', identityMachine],
    ['delivery', deliveryMachine],
  ])('says which guards, actions and actors of the %s machine the application fills', (id, { implementations }) => {
    const { guards, actions, actors } = implementations;
    const isEmpty = (made: unknown) => typeof made === 'function' && /=> ?(\{\s*\}|false)$/.test(`${made}`);
    const empty = Object.entries({ ...guards, ...actions }).filter(([, made]) => isEmpty(made));
    const expected = [...empty.map(([name]) => name), ...Object.keys(actors)];
    const section = page.text.split(`### Guards of ${id}`)[1]!.split('\n## ')[0]!;
    const filled = [...section.matchAll(/^\| `(\w+)` +\| filled by the application +\|/gm)].map(([, name]) => name);
    expect(expected.length).toBeGreaterThan(1);
    expect(filled.sort()).toEqual(expected.sort());
  });

  it('has labels that no renderer would end early', () => {
    for (const { code } of diagrams) {
      const labels = [...code.matchAll(/^\s*\S+ (?:--> \S+ )?: (.*)$/gm)].map(([, label]) => label);
      expect(labels.length).toBeGreaterThan(5);
      expect(labels.filter((label) => /[:;#]/.test(label!))).toEqual([]);
    }
  });
});
