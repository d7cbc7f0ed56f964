// Stands in for `masked-inspect` in the builds without XState: there are no inspection events to mask.

export function maskedInspect(): never {
  throw new TypeError('usertoken/lite: option inspect needs XState; import createUserToken from usertoken');
}
