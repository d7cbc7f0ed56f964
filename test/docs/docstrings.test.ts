import { describe, expect, it } from 'vitest';
import { entries } from '../../scripts/entries.mjs';
import { publicNames, undocumentedMembers } from './support/exports.js';

describe.each(Object.entries(entries))('the entry %s', (_, source) => {
  it('has a docstring for every name that it exports', () => {
    const names = publicNames(source);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter(({ docstring }) => docstring === '').map(({ name }) => name)).toEqual([]);
  });
});

it.each(['index', 'machines', 'server', 'testing'] as const)(
  'the entry %s has a docstring for every member of the interfaces that it exports',
  (entry) => {
    expect(undocumentedMembers(entries[entry])).toEqual([]);
  },
);
