import { useEffect, useRef, useState } from 'react';
import { useLanguage } from '../i18n/language.js';
import type { FleetRow } from '../api/types.js';
import { keyOf, type Rows } from './rows.js';

const STORED = 'serinus.notifications';

/** Canaries that need attention now and didn't before. */
export function comeToNeed(before: Rows, now: Rows): FleetRow[] {
  return [...now.values()].filter((row) => {
    const was = before.get(keyOf(row));
    return was !== undefined && row.attention !== undefined && was.standing !== row.standing;
  });
}

/** Offers browser notifications, while the fleet is open in a tab, about Canaries that need attention. */
export function Notifications({ rows }: { readonly rows: Rows }) {
  const { t } = useLanguage();
  const [isWanted, want] = useState(() => localStorage.getItem(STORED) === 'on');
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'));
  const isOn = isWanted && permission === 'granted';
  const seen = useRef(rows);
  useEffect(() => {
    const rowsBefore = seen.current;
    seen.current = rows;
    if (!isOn) return;
    const areShown = comeToNeed(rowsBefore, rows).every((row) => show(row, t.standing[row.standing]));
    if (!areShown) setPermission('denied');
  }, [rows, isOn, t]);
  if (!('Notification' in window)) return null;
  const choose = async (on: boolean): Promise<void> => {
    localStorage.setItem(STORED, on ? 'on' : 'off');
    want(on);
    if (on) setPermission(await Notification.requestPermission());
  };
  const isBlocked = permission === 'denied';
  return (
    <label className="tick" title={isBlocked ? t.fleet.notifyBlocked : t.fleet.notifyWhen}>
      <input
        type="checkbox"
        checked={isOn}
        disabled={isBlocked}
        onChange={(event) => void choose(event.target.checked)}
      />
      {t.fleet.notify}
    </label>
  );
}

/** @returns false where the browser shows none after all: browsers of phones need a service worker for it */
function show(row: FleetRow, standing: string): boolean {
  const { namespace, name, message } = row;
  try {
    // A later one of the same Canary replaces an earlier one.
    const shown = new Notification(`${name}.${namespace}: ${standing}`, { body: message, tag: keyOf(row) });
    shown.onclick = () => {
      window.focus();
      location.assign(`/canaries/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`);
    };
    return true;
  } catch {
    return false;
  }
}
