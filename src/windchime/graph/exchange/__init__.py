"""The graph as files of other programs: drawings and databases take it whole, ownership comes and goes as BODS statements.

Natural persons leave as their ids and masked names only, contact points as tokens.
"""
