import { titleOf, type AlertService, type AlertText } from './port.js';

const COLORS = { info: '#1a7f37', warn: '#bf8700', error: '#cf222e' } as const;

/**
 * Google Chat: a card for an incoming webhook of a space.
 *
 * @see https://developers.google.com/workspace/chat/quickstart/webhooks
 * @see https://developers.google.com/workspace/chat/api/reference/rest/v1/cards
 */
export const googleChat: AlertService = {
  type: 'gchat',
  alert: (alert, to) => ({
    url: to.address,
    body: {
      // Shown in notifications, where cards aren't.
      text: `${titleOf(alert)}: ${alert.message}`,
      cardsV2: [
        {
          cardId: 'serinus',
          card: {
            header: { title: 'Serinus', subtitle: titleOf(alert) },
            sections: [
              {
                widgets: [
                  {
                    textParagraph: {
                      text: `<font color="${COLORS[alert.severity]}"><b>${html(alert.message)}</b></font>`,
                    },
                  },
                  ...alert.fields.map(({ name, value }) => ({
                    decoratedText: { topLabel: name, text: html(value), wrapText: true },
                  })),
                  ...buttonsOf(alert),
                ],
              },
            ],
          },
        },
      ],
    },
  }),
};

/** A list of buttons may not be empty. */
function buttonsOf({ offers }: AlertText): object[] {
  if (offers.length === 0) return [];
  return [
    { buttonList: { buttons: offers.map(({ label, url }) => ({ text: label, onClick: { openLink: { url } } })) } },
  ];
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
