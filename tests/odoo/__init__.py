"""A real Odoo 19, built once from Debian's own package into `build/odoo`, and the suite that runs against it.

`python3 dev.py odoo` builds what is missing and runs the suite; without it, the suite is skipped and says why. Nothing
of Odoo is shipped with the product.
"""
