Option Explicit
' What the ribbon calls: one line each. Kept apart, because other programs lack the type.

Public Sub RibbonFill(control As IRibbonControl)
    XlbRun "fill"
End Sub

Public Sub RibbonValidate(control As IRibbonControl)
    XlbRun "validate"
End Sub

Public Sub RibbonNotes(control As IRibbonControl)
    XlbRun "notes"
End Sub

Public Sub RibbonFinish(control As IRibbonControl)
    XlbRun "finish"
End Sub

Public Sub RibbonValues(control As IRibbonControl)
    XlbExport
End Sub

Public Sub RibbonImport(control As IRibbonControl)
    XlbImport
End Sub

Public Sub RibbonPackage(control As IRibbonControl)
    XlbRun "package"
End Sub

Public Sub RibbonRollOver(control As IRibbonControl)
    XlbRun "roll_over"
End Sub

Public Sub RibbonRestore(control As IRibbonControl)
    XlbRun "restore"
End Sub

Public Sub RibbonUndo(control As IRibbonControl)
    XlbRun "undo"
End Sub

Public Sub RibbonDescribe(control As IRibbonControl)
    XlbDescribe
End Sub

Public Sub RibbonAbout(control As IRibbonControl)
    XlbRun "about"
End Sub
