import { z } from 'zod';
import { PHASES } from '../../domain/phases.js';
import { stringMap } from './fields.js';

const text = (description: string) => z.string().meta({ description }).optional();
const number = (description: string) => z.number().meta({ description }).optional();
const time = (description: string) => z.string().meta({ description, format: 'date-time' }).optional();

export const conditionSchema = z
  .object({
    type: z.string().meta({ description: 'Type of the condition; Promoted is the only one' }),
    status: z.string().meta({ description: 'True, False or Unknown' }),
    reason: z.string().meta({ description: 'The phase' }),
    message: text('The same in words'),
    lastUpdateTime: time('When the condition was written last'),
    lastTransitionTime: time('When its status changed last'),
  })
  .meta({ description: 'A condition of the Canary' });

export const canaryStatusSchema = z
  .object({
    phase: z.enum(PHASES).meta({ description: 'How far the release is' }).optional(),
    failedChecks: number('Failed checks of this release'),
    canaryWeight: number("The canary's share of the traffic, in percent"),
    iterations: number('Checks so far of an A/B test or a Blue/Green release'),
    trackedConfigs: stringMap('Checksums of the ConfigMaps and Secrets that the target uses').optional(),
    lastAppliedSpec: text('Hash of the revision under analysis, or seen last'),
    lastPromotedSpec: text('Hash of the revision that was promoted last'),
    lastTransitionTime: time('When the status was written last'),
    sessionAffinityCookie: text('Cookie that keeps clients at the canary'),
    primarySessionAffinityCookie: text('Cookie that keeps clients at the primary'),
    previousSessionAffinityCookie: text('Cookie of the release before, which clients shall forget'),
    conditions: z.array(conditionSchema).meta({ description: 'Conditions of the Canary' }).optional(),
  })
  .meta({ description: 'How far the release is' });
