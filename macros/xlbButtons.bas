Option Explicit
' What the buttons on the sheets call: one line each.

Public Sub ButtonFill()
    XlbRun "fill"
End Sub

Public Sub ButtonValidate()
    XlbRun "validate"
End Sub

Public Sub ButtonNotes()
    XlbRun "notes"
End Sub

Public Sub ButtonFinish()
    XlbRun "finish"
End Sub

Public Sub ButtonImport()
    XlbImport
End Sub

Public Sub ButtonSource()
    XlbRun "turn_source"
End Sub

Public Sub ButtonPackage()
    XlbRun "package"
End Sub

Public Sub ButtonRollOver()
    XlbRun "roll_over"
End Sub

Public Sub ButtonRestore()
    XlbRun "restore"
End Sub

Public Sub ButtonUndo()
    XlbRun "undo"
End Sub

Public Sub ButtonValues()
    XlbExport
End Sub

Public Sub ButtonAbout()
    XlbRun "about"
End Sub
