export { injectUserToken, provideUserToken, type UserTokenSignals } from './angular-signals.js';
export { UserTokenTrack } from './angular-track.js';
