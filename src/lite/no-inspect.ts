// Stands in for `masked-inspect` in the builds without XState: there are no inspection events to mask.

export function maskedInspect(): never {
  throw new TypeError('usertoken/lite: "inspect" needs XState. Import createUserToken from "usertoken".');
}
