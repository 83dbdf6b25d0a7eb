/** Which way a division that does not come out goes: to the integer below, above, or nearest (halves up). */
export type Rounding = 'down' | 'up' | 'nearest'

/** `numerator / denominator` of non-negative integers; throws on a negative numerator or a denominator below one. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  if (numerator < 0n || denominator <= 0n) {
    throw new RangeError(`${numerator} / ${denominator} is not a ratio of amounts`)
  }
  switch (rounding) {
    case 'down':
      return numerator / denominator
    case 'up':
      return (numerator + denominator - 1n) / denominator
    case 'nearest':
      return (2n * numerator + denominator) / (2n * denominator)
  }
}
