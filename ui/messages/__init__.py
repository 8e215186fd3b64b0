"""What customers are told and answer, in the window: the outbox of a day, replies, opt-outs, an order's contacts."""
