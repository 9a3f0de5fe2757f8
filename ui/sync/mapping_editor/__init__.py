"""The visual editor of a profile's mapping: ours on the left, the company's fields on the right, entries between them.

Views only: what fits, what is suggested and what would be sent is told by `app.field_mapping` and `app.mapping_desk`.
"""
