# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (C) 2026 The Ringward authors
"""What `make bench` is made of: lines of the table, boots, targets, table and chart."""
