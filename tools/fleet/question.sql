-- SPDX-License-Identifier: GPL-2.0-or-later
-- Copyright (C) 2026 The Ringward authors
-- Which peers did more than one machine talk to, and with which programs?
SELECT doc #>> '{address,host}' AS peer,
	count(DISTINCT machine.name) AS machines,
	string_agg(DISTINCT machine.name || ':' || (doc ->> 'comm'), ' ' ORDER BY machine.name || ':' || (doc ->> 'comm'))
		AS programs
FROM record JOIN machine USING (boot)
WHERE type IN ('connect', 'sendto', 'accept') AND doc #>> '{address,host}' IS NOT NULL
GROUP BY 1 HAVING count(DISTINCT machine.name) > 1 ORDER BY 1;
