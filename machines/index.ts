export { deliveryMachine } from './delivery.machine.js';
export { firstRetryDelayMs, maxRetryAfterMs, maxRetryDelayMs, offlineDelayMs, retryDelayMs } from './delivery.retry.js';
export type { BatchInput, BatchResult, DeliveryContext, DeliveryEvent } from './delivery.types.js';
export { needsFreshToken, tokensOf } from './identity.logic.js';
export { identityMachine } from './identity.machine.js';
export type {
  Consent,
  IdentityContext,
  IdentityEmitted,
  IdentityEvent,
  IdentityInput,
  OnLogout,
  StoredTokens,
  Strategy,
  TabState,
  Tokens,
  VisitorState,
} from './identity.types.js';
export type { TokenCheck, TokenReason, TokenRefusal } from './user-token.js';
export { checkUserToken, isAnonymousToken, isUserToken, maxTokenLength, refuseToken } from './user-token.js';
