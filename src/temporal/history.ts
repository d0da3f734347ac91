/** `HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT` of Temporal's API: only the last event of a history. */
export const CLOSE_EVENT = 2;
