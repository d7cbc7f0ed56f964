export { deliveryMachine } from './delivery.machine.js';
export { firstRetryDelayMs, maxRetryAfterMs, maxRetryDelayMs, retryDelayMs } from './delivery.retry.js';
export type { BatchResult, DeliveryContext, DeliveryEvent, DeliveryInput } from './delivery.types.js';
export { identityMachine } from './identity.machine.js';
export { tokensOf } from './identity.tokens.js';
export type {
  Consent,
  IdentityContext,
  IdentityEmitted,
  IdentityEvent,
  IdentityInput,
  OnLogout,
  Strategy,
  Tokens,
  VisitorState,
} from './identity.types.js';
export type { TokenCheck, TokenReason, TokenRefusal } from './user-token.js';
export { checkUserToken, isAnonymousToken, isUserToken, maxTokenLength, refuseToken } from './user-token.js';
