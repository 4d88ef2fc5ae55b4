/**
 * Milliseconds that whoever asks too much waits for the refusal: in that time the connection brings no other request, so a
 * crowd that asks again at once cannot keep the service busy with refusals. By then Node has taken in a short body that
 * came with its header, too: the connection can stay, which saves a new one.
 */
export const REFUSAL_DELAY = 1000
