/** `HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT` of Temporal's API: of a history, only how it ended. */
export const CLOSE_EVENT = 2;
