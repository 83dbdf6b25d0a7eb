/** Milliseconds of the machine's monotonic clock, which all its processes share: for durations that end in another process. */
export const sharedClockMs = (): number => Number(process.hrtime.bigint()) / 1e6
