-- SPDX-License-Identifier: MIT
-- Who erases at a person's request says which months it does not reach, because they are files.
GRANT SELECT (table_name, month, restored_at) ON trunkline.archive TO trunkline_retention;
