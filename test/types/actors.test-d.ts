import { useSelector as useInReact } from '@xstate/react';
import { useSelector as useInSvelte } from '@xstate/svelte';
import { useSelector as useInVue } from '@xstate/vue';
import type { Readable } from 'svelte/store';
import { expectTypeOf, test } from 'vitest';
import type { Ref } from 'vue';
import type { ActorRefFrom } from 'xstate';
import type { deliveryMachine, identityMachine } from '../../machines/index.js';
import type { DeliveryActor, IdentityActor } from '../../src/actor.types.js';
import type * as onXState from '../../src/charts.js';
import type { UserTokenClient, VisitorState } from '../../src/index.js';
import type * as compiled from '../../src/lite/charts.js';

declare const user: UserTokenClient;

test("XState's bindings take the client's actors", () => {
  expectTypeOf(useInReact(user.identity, ({ value }) => value.visitor)).toEqualTypeOf<VisitorState>();
  expectTypeOf(useInVue(user.identity, ({ value }) => value.visitor)).toEqualTypeOf<Ref<VisitorState>>();
  expectTypeOf(useInSvelte(user.identity, ({ value }) => value.visitor)).toEqualTypeOf<Readable<VisitorState>>();
  expectTypeOf(useInReact(user.delivery, ({ context }) => context.retries)).toEqualTypeOf<number>();
});

test("XState's actors have the snapshots that the client's actors promise", () => {
  type Identity = ReturnType<ActorRefFrom<typeof identityMachine>['getSnapshot']>;
  type Delivery = ReturnType<ActorRefFrom<typeof deliveryMachine>['getSnapshot']>;
  expectTypeOf<Identity>().toExtend<ReturnType<IdentityActor['getSnapshot']>>();
  expectTypeOf<Delivery>().toExtend<ReturnType<DeliveryActor['getSnapshot']>>();
});

test('the compiled charts are started like the machines on XState', () => {
  expectTypeOf<typeof compiled>().toExtend<typeof onXState>();
});
