// Written by scripts/compile-charts.mjs from machines/delivery.machine.ts. After a change there, run `npm run charts`.
import * as logic from '../../../machines/delivery.logic.js';
import type { DeliveryContext, DeliveryEvent } from '../../../machines/delivery.types.js';
import type { DeliveryParts } from '../../actor.types.js';
import type { Chart, GuardArgs } from '../chart.types.js';
import { assign, effect, invoke, timer } from '../runtime.js';

type Args = GuardArgs<DeliveryContext, DeliveryEvent>;

export function deliveryChart({
  sendBatch,
  guards,
  delays,
  actions,
}: Pick<DeliveryParts, 'sendBatch' | 'guards' | 'delays' | 'actions'>): Chart<DeliveryContext, DeliveryEvent> {
  const noteNothingLeft = assign(logic.noteNothingLeft);
  const dropAll = effect(actions.dropAll);
  const noteOutage = assign(logic.noteOutage);
  const isNextPagesTurn = (_args: Args): boolean =>
    guards.isPersistent() && guards.isLeaving() && guards.hasSuccessor();
  const mayGoOn = (args: Args): boolean => logic.hasBacklog(args) && !isNextPagesTurn(args);
  const maySendWhenHidden = (args: Args): boolean =>
    !guards.isPersistent() || (!isNextPagesTurn(args) && !guards.hasUnheardExit());
  const maySendOnExit = (args: Args): boolean =>
    !guards.isPersistent() ||
    (logic.isHealthy(args) && !guards.isOffline() && !guards.hasSuccessor() && !guards.hasUnheardExit());
  const sendOnExit = effect(actions.sendOnExit);
  const leaveBatch = effect(actions.leaveBatch, logic.ofBatch);
  const noteFailed = assign(logic.noteFailed);
  const suspectBatch = effect(actions.suspectBatch, logic.ofBatch);
  const noteDone = assign(logic.noteDone);
  const removeBatch = effect(actions.removeBatch, logic.ofBatch);
  const omitTimestamps = effect(actions.omitTimestamps, logic.ofBatch);
  const keepBatch = effect(actions.keepBatch, logic.ofBatch);
  const reportCredentials = effect(actions.reportCredentials);
  const isBatchRefused = (args: Args): boolean => logic.isRefused(args) && logic.hasSeveralEvents(args);
  const halveBatch = effect(actions.halveBatch, logic.ofBatch);
  const dropEvent = effect(actions.dropEvent, logic.ofBatch);
  const dropBatch = effect(actions.dropBatch, logic.ofBatch);
  const countBatch = assign(logic.countBatch);
  const isPauseMoot = (args: Args): boolean => logic.isOwnPause(args) && guards.isOffline();
  return {
    context: logic.startingContext,
    initial: { '': 'idle' },
    regions: {
      '': {
        on: { 'consent.deny': [[0, 'awaitingConsent', noteNothingLeft, dropAll]] },
        states: {
          idle: {
            on: { 'delivery.queued': [[0, 'collecting']], 'outage.known': [[0, 'backingOff', noteOutage]] },
            always: [
              [guards.isAwaitingConsent, 'awaitingConsent'],
              [guards.isOffline, 'offline'],
              [mayGoOn, 'sending'],
              [guards.hasEvents, 'collecting'],
            ],
          },
          awaitingConsent: { on: { 'consent.grant': [[0, 'idle']] } },
          collecting: {
            on: {
              'delivery.flush': [[0, 'sending']],
              'network.offline': [[0, 'offline']],
              'outage.known': [[0, 'backingOff', noteOutage]],
              'page.hidden': [[maySendWhenHidden, 'sending']],
              'page.exit': [[maySendOnExit, 'idle', sendOnExit, noteNothingLeft]],
              'xstate.after.batchWindow.delivery.collecting': [
                [isNextPagesTurn, 'collecting'],
                [0, 'sending'],
              ],
            },
            during: [timer('xstate.after.batchWindow.delivery.collecting', delays.batchWindow)],
          },
          sending: {
            on: {
              'page.exit': [
                [maySendOnExit, 0, leaveBatch, sendOnExit],
                [0, 0, leaveBatch],
              ],
              'page.restored': [[0, 'idle']],
              'xstate.after.requestTimeout.delivery.sending': [[0, 'backingOff', noteFailed, suspectBatch]],
              'xstate.done.actor.request': [
                [logic.isAccepted, 'idle', noteDone, removeBatch],
                [logic.isClockWrong, 'sending', omitTimestamps],
                [logic.areCredentialsRefused, 'unauthorized', keepBatch, reportCredentials],
                [isBatchRefused, 'sending', halveBatch],
                [logic.isRefused, 'idle', noteDone, dropEvent],
                [logic.isUndeliverable, 'idle', noteDone, dropBatch],
                [logic.hasNoAnswer, 'backingOff', noteFailed, suspectBatch],
                [0, 'backingOff', noteFailed, keepBatch],
              ],
              'xstate.error.actor.request': [[0, 'backingOff', noteFailed, suspectBatch]],
            },
            entry: [countBatch],
            during: [
              timer('xstate.after.requestTimeout.delivery.sending', delays.requestTimeout),
              invoke('request', sendBatch, logic.ofBatch),
            ],
          },
          backingOff: {
            on: {
              'network.offline': [[logic.isOwnPause, 'offline']],
              'page.exit': [[maySendOnExit, 'idle', sendOnExit, noteNothingLeft]],
              'xstate.after.retryDelay.delivery.backingOff': [[0, 'sending']],
            },
            always: [[isPauseMoot, 'offline']],
            during: [timer('xstate.after.retryDelay.delivery.backingOff', delays.retryDelay)],
          },
          offline: {
            on: { 'network.online': [[0, 'idle']], 'xstate.after.offlineDelay.delivery.offline': [[0, 'sending']] },
            during: [timer('xstate.after.offlineDelay.delivery.offline', logic.offlineDelay)],
          },
          unauthorized: {},
        },
      },
    },
  };
}
