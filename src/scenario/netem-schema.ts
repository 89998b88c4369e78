import { z } from 'zod';
import { NETEM_DISTRIBUTIONS, NETEM_OFF } from '../network/config.js';
import type { NetemConfig } from '../network/types.js';
import { decisive } from './distribution-schema.js';
import { LINK_PROFILES } from './places.js';
import { bitRate, duration, fields, oneOf, ratio, wholeNumber } from './quantities.js';

const gilbertElliott = fields({
  p: ratio(),
  r: ratio(),
  'loss-in-bad': ratio().optional(),
  'loss-in-good': ratio().optional(),
}).transform((loss) => ({
  p: loss.p,
  r: loss.r,
  // tc: a packet in the bad state is lost, one in the good state is not, unless told otherwise.
  lossInBad: loss['loss-in-bad'] ?? 1,
  lossInGood: loss['loss-in-good'] ?? 0,
}));

/** The keys of tc-netem(8), to be put beside others or alone. */
export const NETEM_SHAPE = {
  profile: oneOf(Object.keys(LINK_PROFILES)).optional(),
  delay: duration().optional(),
  jitter: duration().optional(),
  correlation: ratio().optional(),
  distribution: oneOf(NETEM_DISTRIBUTIONS).optional(),
  loss: z.union([ratio(), gilbertElliott]).optional(),
  'loss-correlation': ratio().optional(),
  duplicate: ratio().optional(),
  reorder: ratio().optional(),
  rate: bitRate().optional(),
  limit: wholeNumber({ min: 1, max: 1_000_000_000 }).optional(),
};

type NetemFile = z.output<z.ZodObject<typeof NETEM_SHAPE>>;

/** Settings without their unit, as the network room takes them; complains about what netem would refuse or ignore. */
export function netemConfig(file: NetemFile, context: z.core.$RefinementCtx): NetemConfig {
  const loss = file.loss;
  const complain = (path: string, expected: string, hint: string) =>
    context.issues.push({ ...decisive(expected, hint), input: file, path: [path] });
  if (file.profile !== undefined) {
    // Its jitter and delay stand beside what is given here.
  } else if (file.jitter === undefined) {
    if (file.correlation !== undefined)
      complain('correlation', 'jitter beside it', 'correlation is that of the jitter');
    if (file.distribution !== undefined) complain('distribution', 'jitter beside it', 'it is the shape of the jitter');
  } else if (file.jitter > 0 && file.delay === undefined) {
    complain('jitter', 'delay beside it', 'jitter varies the delay');
  }
  if (file['loss-correlation'] !== undefined && typeof loss !== 'number') {
    complain('loss-correlation', 'an independent loss ratio beside it', 'write loss: 5%, loss-correlation: 25%');
  }
  // tc refuses it too: "reordering not possible without specifying some delay".
  if (file.reorder !== undefined && file.reorder > 0 && !file.delay) {
    complain('reorder', 'a delay beside it', 'reordered packets are those that skip the delay');
  }
  const base: NetemConfig = { ...NETEM_OFF, ...(file.profile === undefined ? {} : LINK_PROFILES[file.profile]) };
  return {
    ...base,
    delayUs: file.delay ?? base.delayUs,
    jitterUs: file.jitter ?? base.jitterUs,
    delayCorrelation: file.correlation ?? base.delayCorrelation,
    distribution: file.distribution ?? base.distribution,
    lossRatio: loss === undefined ? base.lossRatio : typeof loss === 'number' ? loss : 0,
    lossCorrelation: file['loss-correlation'] ?? 0,
    gilbertElliott: typeof loss === 'object' ? loss : undefined,
    duplicateRatio: file.duplicate ?? 0,
    reorderRatio: file.reorder ?? 0,
    rateBitsPerSec: file.rate ?? 0,
    limitPackets: file.limit ?? NETEM_OFF.limitPackets,
  };
}

/** An egress queueing discipline. */
export const netem = () => fields(NETEM_SHAPE).transform(netemConfig);
