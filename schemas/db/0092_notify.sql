-- SPDX-License-Identifier: MIT
-- What a person wants to be told of: alerts from a level on, by mail, besides those that mail.to
-- names.
ALTER TABLE trunkline.person
  ADD COLUMN mail text NOT NULL DEFAULT '' CHECK (octet_length(mail) <= 254),
  ADD COLUMN alerts text NOT NULL DEFAULT 'none'
    CHECK (alerts IN ('none', 'normal', 'warning', 'critical', 'emergency')),
  ADD CONSTRAINT person_alerts_need_mail CHECK (alerts = 'none' OR mail <> '');
COMMENT ON COLUMN trunkline.person.mail IS 'the address alerts go to; empty: none';
COMMENT ON COLUMN trunkline.person.alerts IS 'the lowest level of alerts the person is mailed; none: no alerts';
