const list = (items: object) => ({ type: 'array', items });
const text = { type: 'string' };
const named = { type: 'object', required: ['type'], properties: { type: text } };
const targets = { type: 'array', items: { type: 'string', pattern: '^#' } };

const transition = {
  type: 'object',
  required: ['actions', 'eventType', 'source', 'target'],
  properties: { actions: list(named), eventType: text, source: text, target: targets, guard: named },
};
const initial = {
  type: 'object',
  required: ['actions', 'source', 'target'],
  properties: { actions: list(named), source: text, target: { ...targets, minItems: 1 } },
};
const invocation = {
  type: 'object',
  required: ['type', 'id', 'src'],
  properties: { type: text, id: text, src: text },
  additionalProperties: false,
};
const state = {
  type: 'object',
  required: ['id', 'key', 'type', 'on', 'states', 'entry', 'exit', 'invoke'],
  properties: {
    id: text,
    key: text,
    type: { enum: ['atomic', 'compound', 'parallel'] },
    order: { type: 'integer' },
    entry: list(named),
    exit: list(named),
    invoke: list(invocation),
    initial,
    on: { type: 'object', additionalProperties: list(transition) },
    transitions: list(transition),
    states: { type: 'object', additionalProperties: { $ref: '#/$defs/state' } },
  },
  if: { type: 'object', properties: { type: { const: 'compound' } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
  then: { required: ['initial'] },
};

/** What XState asks of a serialised machine, for the kinds of states that ours have.
 * @see https://github.com/statelyai/xstate/blob/main/packages/core/src/machine.schema.json */
export const definitionSchema = {
  $defs: { state },
  allOf: [{ $ref: '#/$defs/state' }, { type: 'object', properties: { type: { enum: ['compound', 'parallel'] } } }],
};
