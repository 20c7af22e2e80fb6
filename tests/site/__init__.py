"""The pages of the documentation's web site, written from the wizard's own data.

``make docs`` writes them into ``build/docs`` and lets MkDocs make the site in ``build/site``. Pages
that no data could say are in ``docs/site/pages``.
"""
