import type { OpenDimension, Sizes } from './sizes.ts';

/** Sides of pictures that models are usually made for, the most usual first. */
const sides = [224, 256, 320, 640, 512, 416, 384, 299, 300, 192, 160, 128, 112, 96, 64, 48, 32, 28];
const channelCounts = [3, 1, 4];

/**
 * Sizes to suggest for what a model leaves open: the first usual ones with which its shapes fit together, or the most
 * usual ones where none do.
 * @param fits - whether the model's shapes fit with sizes by key. It is asked a few dozen times at most.
 */
export function suggestSizes(
  open: readonly OpenDimension[],
  fits: (tried: Sizes) => boolean,
): readonly number[] {
  const isChannels = ({ input, dimension }: OpenDimension) =>
    dimension === 1 &&
    [2, 3].every((other) => open.some((one) => one.input === input && one.dimension === other));
  const channels = open.map(isChannels);
  for (const side of sides)
    for (const count of channels.includes(true) ? channelCounts : [0]) {
      const tried = channels.map((channel) => (channel ? count : side));
      if (fits(new Map(open.map(({ key }, i) => [key, tried[i] ?? side])))) return tried;
    }
  return channels.map((channel) => (channel ? 3 : 224));
}
