import type { Finding } from '../finding.js';
import type { Lint, Subject } from '../subject.js';
import * as apisix from './apisix.js';
import * as fields from './fields.js';
import * as foreign from './foreign.js';
import * as hooks from './hooks.js';
import * as primary from './primary.js';
import * as references from './references.js';
import * as service from './service-target.js';
import * as steps from './steps.js';
import * as templates from './templates.js';
import * as thresholds from './thresholds.js';
import * as windows from './windows.js';

/** All rules, in the order in which a release meets their subjects. */
const LINTS: readonly Lint[] = [
  references.targetIsOurs,
  references.referencesHold,
  foreign.nothingIsForeign,
  fields.fieldsAreUsed,
  fields.scalerQueriesHaveTriggers,
  fields.templateFieldsAreUsed,
  fields.alertFieldsAreUsed,
  service.serviceLeadsToPods,
  service.serviceHasThePort,
  apisix.routeLeadsToService,
  apisix.routeIsReadable,
  apisix.routeIsMeasured,
  apisix.mirrorIsResolved,
  primary.primaryKeepsItsPods,
  primary.primaryHasProbes,
  primary.primaryOutlivesItsEndpoints,
  steps.intervalIsTaken,
  steps.thresholdIsTaken,
  steps.strategyTakesAll,
  steps.maxWeightIsMultiple,
  steps.maxWeightCounts,
  steps.weightsAreReached,
  steps.onlyStep,
  steps.iterationsAreWhole,
  steps.matchNeedsIterations,
  steps.mirrorHasEffect,
  hooks.analysisIsNotSkipped,
  hooks.gatesAreReached,
  hooks.hooksMeanWhatTheyCall,
  hooks.hooksFitTheInterval,
  hooks.somethingJudges,
  thresholds.rangesJudge,
  windows.windowsFit,
  windows.windowsMeet,
  templates.templatesRender,
  templates.templatesHaveInterval,
  templates.templatesNameTheService,
  templates.ratiosAreMeantSo,
];

export function lint(subject: Subject): readonly Finding[] {
  return LINTS.flatMap((rule) => rule(subject));
}
