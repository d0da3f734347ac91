/** Times for people, in this terminal's time zone. For programs they stay in UTC. */

const ISO = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** `14:03:07`. */
export function clock(at: string | number): string {
  return partsOf(at).time;
}

/** `2026-01-31 14:03:07`. */
export function dateAndTime(at: string | number): string {
  const { date, time } = partsOf(at);
  return `${date} ${time}`.trimStart();
}

/**
 * A text with its times in the local time zone: without the date where it is today.
 *
 * @param now milliseconds since 1970
 */
export function withLocalTimes(text: string, now: number): string {
  const today = partsOf(now).date;
  return text.replace(ISO, (at) => (partsOf(at).date === today ? clock(at) : dateAndTime(at)));
}

/** Lists of a duration: `1 h 4 min`, `2 min 5 s`, `17 s`. @param seconds not negative */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function partsOf(at: string | number): { readonly date: string; readonly time: string } {
  const time = new Date(at);
  // A server of another version may have written anything there.
  if (Number.isNaN(time.getTime())) return { date: '', time: String(at) };
  const two = (value: number): string => String(value).padStart(2, '0');
  return {
    date: `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`,
    time: `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`,
  };
}
