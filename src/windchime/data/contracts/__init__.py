"""Table contracts: what a table is, column by column, as content; read here, compiled elsewhere."""

from windchime.data.contracts.contract import SHARED, Column, Contract, Rule
from windchime.data.contracts.shipped import contract, contracts

__all__ = ["SHARED", "Column", "Contract", "Rule", "contract", "contracts"]
