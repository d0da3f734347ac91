import type { CheckedCanary } from '../../api/schema/check.js';
import { table } from '../client/output.js';
import { duration, percent } from './numbers.js';

type Forecast = NonNullable<CheckedCanary['forecast']>;

/** How long evidence will probably take, for people. @returns lines */
export function describeForecast(forecast: Forecast): string[] {
  if ('unknown' in forecast) return [`  how long evidence takes isn't known: ${forecast.unknown}`];
  const { traffic, weights, healthy, fiveTimes } = forecast;
  const rows = weights.map(({ weight, ...seconds }) => [
    `${weight}`,
    atMostAWeek(seconds.secondsToCatchTwice),
    atMostAWeek(seconds.secondsToCatchFiveTimes),
    atMostAWeek(seconds.secondsToProve),
  ]);
  const rps = Number(traffic.requestsPerSecond.toPrecision(3));
  return [
    `  evidence, by ${rps} requests a second of which ${percent(traffic.errors)} fail (${traffic.from}); about:`,
    ...table([['WEIGHT', '2x IS CAUGHT', '5x IS CAUGHT', 'A HEALTHY ONE IS PROVEN'], ...rows]).map(
      (line) => `  ${line}`,
    ),
    `  a healthy release is ${ended(healthy)}; one that fails five times as often ${ended(fiveTimes)}, after ${Math.round(fiveTimes.hurt)} failed requests`,
  ];
}

function ended({ end, seconds }: { readonly end: string; readonly seconds: number }): string {
  if (end === 'undecided') return 'undecided after a week';
  return `${end === 'promoted' ? 'promoted' : 'rolled back'} after ${duration(seconds)}`;
}

function atMostAWeek(seconds: number | undefined): string {
  return seconds === undefined ? 'over a week' : duration(seconds);
}
