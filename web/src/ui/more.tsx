import { useId, useRef, useState, type ReactNode } from 'react';
import { Icon } from './icon.js';

interface Props {
  readonly label: string;
  /** Buttons; after a press on one the focus is where it was. */
  readonly children: ReactNode;
}

/** Buttons that are shown on demand. Escape, and any action elsewhere, hides them again. */
export function More({ label, children }: Props) {
  const [open, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  const closeAndReturn = (): void => {
    trigger.current?.focus();
    setOpen(false);
  };
  return (
    <div
      className="more"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) closeAndReturn();
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button
        type="button"
        ref={trigger}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {label} <Icon name="more" />
      </button>
      {open && (
        // Before a button's own handler: a dialog that it opens must return the focus to an element that still exists.
        <div id={id} className="more-panel" onClickCapture={closeAndReturn}>
          {children}
        </div>
      )}
    </div>
  );
}
