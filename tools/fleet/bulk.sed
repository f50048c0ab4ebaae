# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
# rwlog export --format ecs FILE | sed -Ef bulk.sed: lines for _bulk of Elasticsearch and OpenSearch. A record's document is
# replaced by itself when it comes again. Quotes in a guest's text are escaped, so no text looks like a member.
s/^.*"event":\{[^}]*"id":"([0-9a-z]+-[0-9]+)".*/{"index":{"_id":"\1"}}\n&/
t
s/^/{"index":{}}\n/
