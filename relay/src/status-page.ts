/** What the status page shows. */
export interface RelayStatus {
  readonly startedAt: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly forwarded: number;
  readonly rejected: number;
  readonly ambiguous: number;
  readonly apps: readonly {
    readonly appId: string;
    readonly state: string;
    readonly queued: number;
    readonly oldestAt: number | undefined;
  }[];
  readonly troubles: readonly { readonly at: number; readonly message: string; readonly details: object }[];
}

export const statusPage = (status: RelayStatus): string => JSON.stringify(status);
