import type { AutoscalerSettings, HorizontalPodAutoscaler, ScalingRules } from './autoscaler.ts';

/** What an autoscaler remembers between its syncs; the controller keeps it in memory, as the real one does. */
export interface AutoscalerMemory {
  recommendations: readonly { replicas: number; at: number }[];
  /** Replicas that were added or taken away, newest last. */
  added: readonly { change: number; at: number }[];
  removed: readonly { change: number; at: number }[];
}

export const emptyAutoscalerMemory: AutoscalerMemory = { recommendations: [], added: [], removed: [] };

export interface Limited {
  replicas: number;
  /** What the stabilization windows made of the wish. */
  stabilized: number;
  ableToScale: { reason: string; message: string };
  scalingLimited: { limited: boolean; reason: string; message: string };
  memory: AutoscalerMemory;
}

type Rules = Required<Omit<ScalingRules, 'tolerance'>>;

export interface LimitInput {
  autoscaler: HorizontalPodAutoscaler;
  current: number;
  wanted: number;
  memory: AutoscalerMemory;
  settings: AutoscalerSettings;
  now: number;
}

/** Puts a wish between the windows, the rates and the bounds (`horizontal.go normalizeDesiredReplicas…`). */
export function limitReplicas(input: LimitInput): Limited {
  const rules = rulesOf(input.autoscaler, input.settings);
  const { stabilized, reason, message } = rules ? stabilizeByRules(input, rules) : stabilize(input);
  const limit = rules ? limitByRules(input, rules, stabilized) : limitByFactor(input, stabilized);
  return {
    replicas: limit.replicas,
    stabilized,
    ableToScale:
      stabilized === input.wanted
        ? { reason: 'ReadyForNewScale', message: 'recommended size matches current size' }
        : { reason, message },
    scalingLimited: { limited: limit.replicas !== stabilized, reason: limit.reason, message: limit.message },
    memory: remember(input, rules),
  };
}

/** Behaviour with the defaults of `pkg/apis/autoscaling/v2/defaults.go` filled in; undefined when the HPA states none. */
function rulesOf(autoscaler: HorizontalPodAutoscaler, settings: AutoscalerSettings) {
  const behavior = autoscaler.spec.behavior;
  if (!behavior) return undefined;
  const up: Rules = {
    stabilizationWindowSeconds: behavior.scaleUp?.stabilizationWindowSeconds ?? 0,
    selectPolicy: behavior.scaleUp?.selectPolicy ?? 'Max',
    policies: behavior.scaleUp?.policies ?? [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  };
  const down: Rules = {
    stabilizationWindowSeconds:
      behavior.scaleDown?.stabilizationWindowSeconds ?? settings.downscaleStabilizationMs / settings.secondMs,
    selectPolicy: behavior.scaleDown?.selectPolicy ?? 'Max',
    policies: behavior.scaleDown?.policies ?? [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  };
  return { up, down };
}

const lower = 'recent recommendations were lower than current one, applying the lowest recent recommendation';
const higher = 'recent recommendations were higher than current one, applying the highest recent recommendation';

function stabilize({ wanted, memory, settings, now }: LimitInput) {
  const recent = memory.recommendations.filter(({ at }) => at >= now - settings.downscaleStabilizationMs);
  const stabilized = Math.max(wanted, ...recent.map(({ replicas }) => replicas));
  return { stabilized, reason: 'ScaleDownStabilized', message: higher };
}

function stabilizeByRules(input: LimitInput, { up, down }: { up: Rules; down: Rules }) {
  const { wanted, current, memory, now, settings } = input;
  const since = (seconds: number) =>
    memory.recommendations.filter(({ at }) => at > now - seconds * settings.secondMs).map(({ replicas }) => replicas);
  const lowest = Math.min(wanted, ...since(up.stabilizationWindowSeconds));
  const highest = Math.max(wanted, ...since(down.stabilizationWindowSeconds));
  const stabilized = Math.min(Math.max(current, lowest), highest);
  return wanted >= current
    ? { stabilized, reason: 'ScaleUpStabilized', message: lower }
    : { stabilized, reason: 'ScaleDownStabilized', message: higher };
}

const tooFast = 'the desired replica count is increasing faster than the maximum scale rate';
const tooMany = 'the desired replica count is more than the maximum replica count';
const tooQuickDown = 'the desired replica count is decreasing faster than the maximum scale rate';
const tooFew = 'the desired replica count is less than the minimum replica count';
const withinRange = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };

/** Without `behavior`: at most double, or four (`convertDesiredReplicasWithRules`). */
function limitByFactor({ autoscaler, current }: LimitInput, wanted: number) {
  const least = autoscaler.spec.minReplicas ?? 1;
  const rate = Math.max(2 * current, 4);
  const most = Math.min(autoscaler.spec.maxReplicas, rate);
  if (wanted < least) return { replicas: least, reason: 'TooFewReplicas', message: tooFew };
  if (wanted <= most) return { replicas: wanted, ...withinRange };
  return autoscaler.spec.maxReplicas > rate
    ? { replicas: most, reason: 'ScaleUpLimit', message: tooFast }
    : { replicas: most, reason: 'TooManyReplicas', message: tooMany };
}

/** `convertDesiredReplicasWithBehaviorRate` */
function limitByRules(input: LimitInput, { up, down }: { up: Rules; down: Rules }, wanted: number) {
  const { autoscaler, current } = input;
  if (wanted > current) {
    const rate = Math.max(current, proposedBy(up, input, 1));
    const most = Math.min(autoscaler.spec.maxReplicas, rate);
    if (wanted > most)
      return autoscaler.spec.maxReplicas > rate
        ? { replicas: most, reason: 'ScaleUpLimit', message: tooFast }
        : { replicas: most, reason: 'TooManyReplicas', message: tooMany };
  }
  if (wanted < current) {
    const rate = Math.min(current, proposedBy(down, input, -1));
    const minimum = autoscaler.spec.minReplicas ?? 1;
    const least = Math.max(minimum, rate);
    if (wanted < least)
      return minimum < rate
        ? { replicas: least, reason: 'ScaleDownLimit', message: tooQuickDown }
        : { replicas: least, reason: 'TooFewReplicas', message: tooFew };
  }
  return { replicas: wanted, ...withinRange };
}

/** How far the policies allow (`calculateScaleUpLimitWithScalingRules` and its mirror). */
function proposedBy(rules: Rules, { current, memory, now, settings }: LimitInput, direction: 1 | -1): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const changed = (events: AutoscalerMemory['added'], seconds: number) =>
    events.filter(({ at }) => at > now - seconds * settings.secondMs).reduce((sum, { change }) => sum + change, 0);
  const proposals = rules.policies.map(({ type, value, periodSeconds }) => {
    const base = current - changed(memory.added, periodSeconds) + changed(memory.removed, periodSeconds);
    if (type === 'Pods') return base + direction * value;
    return direction > 0 ? Math.ceil(base * (1 + value / 100)) : Math.trunc(base * (1 - value / 100));
  });
  // The largest change is the highest count upwards and the lowest downwards.
  const highest = (rules.selectPolicy === 'Max') === direction > 0;
  return highest ? Math.max(...proposals) : Math.min(...proposals);
}

function remember({ wanted, memory, settings, now }: LimitInput, rules: { up: Rules; down: Rules } | undefined) {
  const windowMs = rules
    ? Math.max(rules.up.stabilizationWindowSeconds, rules.down.stabilizationWindowSeconds) * settings.secondMs
    : settings.downscaleStabilizationMs;
  const recent = memory.recommendations.filter(({ at }) => at >= now - windowMs);
  return { ...memory, recommendations: [...recent, { replicas: wanted, at: now }] };
}

/** The first sync counts what is there as a recommendation (`recordInitialRecommendation`). */
export function rememberStart(memory: AutoscalerMemory, current: number, now: number): AutoscalerMemory {
  return memory.recommendations.length > 0 ? memory : { ...memory, recommendations: [{ replicas: current, at: now }] };
}

/** After a successful rescale (`storeScaleEvent`); only what `behavior` may still count is kept. */
export function rememberRescale(
  memory: AutoscalerMemory,
  autoscaler: HorizontalPodAutoscaler,
  change: { from: number; to: number },
  settings: AutoscalerSettings,
  now: number,
): AutoscalerMemory {
  const rules = rulesOf(autoscaler, settings);
  if (!rules) return memory;
  const longest = (side: Rules) => Math.max(0, ...side.policies.map(({ periodSeconds }) => periodSeconds));
  const oldest = now - Math.max(longest(rules.up), longest(rules.down)) * settings.secondMs;
  const kept = (events: AutoscalerMemory['added']) => events.filter(({ at }) => at >= oldest);
  const difference = change.to - change.from;
  const entry = { change: Math.abs(difference), at: now };
  return difference > 0
    ? { ...memory, added: [...kept(memory.added), entry], removed: kept(memory.removed) }
    : { ...memory, added: kept(memory.added), removed: [...kept(memory.removed), entry] };
}
