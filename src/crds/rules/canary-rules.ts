import type { Complaint } from '../refusal.js';
import type { CanarySpec } from '../schema/canary.js';
import * as analysis from './analysis.js';
import * as limits from './limits.js';
import * as objects from './objects.js';
import { patternsCanBeRead } from './patterns.js';
import * as route from './route.js';
import { firstOf, type Rule, type RuleContext } from './rule.js';
import * as support from './support.js';
import * as target from './target.js';
import * as traffic from './traffic.js';

/** In this order: fixing details of something impossible would waste time. */
const RULES: readonly Rule[] = [
  support.providerIsBuilt,
  support.targetIsBuilt,
  support.autoscalerIsBuilt,
  support.featuresAreBuilt,
  target.targetIsBuiltIn,
  target.serviceTargetIsRouted,
  target.serviceTargetKeepsName,
  target.autoscalerFitsTarget,
  traffic.audienceCanBeMatched,
  traffic.audienceIsNotEverybody,
  traffic.gatewayApiCanSayIt,
  patternsCanBeRead,
  traffic.mirrorIsPossible,
  traffic.affinityIsPossible,
  traffic.connectionsStayWhole,
  traffic.delegateHasNoHosts,
  limits.serviceNamesFit,
  limits.workloadNamesFit,
  limits.timesFit,
  limits.countsFit,
  objects.metricsServerIsUrl,
  objects.deadlineIsPositive,
  objects.scalerBoundsFit,
  objects.apisixHasRoute,
  route.routeFitsProvider,
  route.ownRouteIsWeighed,
  route.ownRouteLeadsToPrimary,
  objects.ingressIsNamed,
  objects.gatewayIsNamed,
  objects.portIsValid,
  objects.targetPortIsValid,
  objects.portNameIsValid,
  objects.upstreamIsNear,
  analysis.thresholdIsCount,
  analysis.iterationsAreNotNegative,
  analysis.stepWeightMoves,
  analysis.stepWeightsAscend,
  analysis.maxWeightIsPercent,
  analysis.promotionStepIsPercent,
  analysis.readyThresholdsArePercent,
  analysis.mirrorWeightIsPercent,
  analysis.metricsAreUsable,
  objects.templatesAreNear,
  analysis.webhooksAreCallable,
  analysis.rollbackHooksAsk,
  objects.alertProvidersAreNear,
  analysis.cookiesAreKept,
  analysis.cookiesDiffer,
];

/** The first error in a spec whose shape is right. */
export function complaintAbout(spec: CanarySpec, context: RuleContext): Complaint | undefined {
  return firstOf(RULES, (rule) => rule(spec, context));
}

/** All errors in a spec whose shape is right, one a rule. */
export function complaintsAbout(spec: CanarySpec, context: RuleContext): readonly Complaint[] {
  return RULES.flatMap((rule) => rule(spec, context) ?? []);
}
